export { default } from '../../../../samples/tissue/stroma-2.webp';
