export { default } from '../../../../samples/tissue/stroma-1.webp';
