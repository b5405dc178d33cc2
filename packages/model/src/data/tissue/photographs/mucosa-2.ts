export { default } from '../../../../samples/tissue/mucosa-2.webp';
