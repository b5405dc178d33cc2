export { default } from '../../../../samples/tissue/lympho-2.webp';
