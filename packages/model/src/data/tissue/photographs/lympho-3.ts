export { default } from '../../../../samples/tissue/lympho-3.webp';
