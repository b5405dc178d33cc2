export { default } from '../../../../samples/tissue/stroma-3.webp';
