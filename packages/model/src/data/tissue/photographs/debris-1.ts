export { default } from '../../../../samples/tissue/debris-1.webp';
