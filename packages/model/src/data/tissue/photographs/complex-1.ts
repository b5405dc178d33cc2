export { default } from '../../../../samples/tissue/complex-1.webp';
