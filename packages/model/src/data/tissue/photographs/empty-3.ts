export { default } from '../../../../samples/tissue/empty-3.webp';
