export { default } from '../../../../samples/tissue/adipose-2.webp';
