export { default } from '../../../../samples/tissue/lympho-1.webp';
