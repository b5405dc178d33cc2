export { default } from '../../../../samples/tissue/complex-2.webp';
