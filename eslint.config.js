import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['site/', '**/dist/', '**/.test/', '**/.tsc/', '**/.turbo/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // Numeric loops index arrays within their bounds; a default value there would hide a fault instead.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A number in a message reads the same with and without String().
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowAny: false, allowNullish: false },
      ],
      // An empty environment variable counts as absent.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // `noPropertyAccessFromIndexSignature` of TypeScript asks for the brackets.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // Libraries never print.
    files: ['packages/*/src/**'],
    rules: { 'no-console': 'error' },
  },
  {
    // The model package knows the plain-data description of networks and programs, nothing of the kernels that compute them.
    files: ['packages/model/src/**'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@ablation-cam/kernels',
              allowImportNames: [
                'nodesBetween',
                'findOnnxRuntime',
                'memoryError',
                'KernelsError',
                'optionalPackage',
              ],
              allowTypeImports: true,
            },
          ],
        },
      ],
    },
  },
  {
    // What other packages import re-exports and holds no logic.
    files: ['packages/*/src/index.ts', 'packages/xai/src/drawing.ts', 'packages/xai/src/metrics.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'Program > :not(ExportAllDeclaration, ExportNamedDeclaration[source])',
          message: 'This file only re-exports.',
        },
      ],
    },
  },
  {
    // An explanation loads neither drawings nor metrics, which have entries of their own.
    files: ['packages/xai/src/**'],
    ignores: [
      'packages/xai/src/{drawing,metrics,sanity,platform}/**',
      'packages/xai/src/{drawing,metrics}.ts',
    ],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/drawing/**', '**/metrics/**', '**/sanity/**', '#platform'] }] },
      ],
    },
  },
  {
    // Launchers run as they are, without a compiler and outside the TypeScript projects.
    files: ['**/*.mjs', '**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: { console: 'readonly', process: 'readonly', URL: 'readonly' },
    },
  },
  {
    // Apps as users write them, for the bundlers of test:packages.
    files: ['tools/test-apps/*.js'],
    languageOptions: { globals: { document: 'readonly', postMessage: 'readonly', Worker: 'readonly' } },
  },
);
