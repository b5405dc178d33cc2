export { default } from '../../../../samples/tissue/mucosa-3.webp';
