export { default } from '../../../../samples/tissue/adipose-1.webp';
