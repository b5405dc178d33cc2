export { default } from '../../../../samples/tissue/tumor-2.webp';
