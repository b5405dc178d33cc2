export { default } from '../../../../samples/tissue/adipose-3.webp';
