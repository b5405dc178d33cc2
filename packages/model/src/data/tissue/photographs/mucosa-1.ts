export { default } from '../../../../samples/tissue/mucosa-1.webp';
