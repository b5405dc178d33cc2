export { default } from '../../../../samples/tissue/debris-3.webp';
