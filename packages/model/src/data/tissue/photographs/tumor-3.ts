export { default } from '../../../../samples/tissue/tumor-3.webp';
