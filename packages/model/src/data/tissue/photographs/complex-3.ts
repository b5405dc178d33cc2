export { default } from '../../../../samples/tissue/complex-3.webp';
