export { default } from '../../../../samples/tissue/empty-1.webp';
