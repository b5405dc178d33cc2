export { default } from '../../../../samples/tissue/tumor-1.webp';
