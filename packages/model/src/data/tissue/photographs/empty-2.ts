export { default } from '../../../../samples/tissue/empty-2.webp';
