export { default } from '../../../../samples/tissue/debris-2.webp';
