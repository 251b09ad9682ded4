// How the browser's modules in `assets` are checked: `make lint`, where node and npm are. There is no package.json, for
// nothing here is built: the Makefile names the versions and puts the packages into .venv.
const js = require("@eslint/js");
const globals = require("globals");

const rules = {
  ...js.configs.recommended.rules,
  "array-callback-return": "error",
  "consistent-return": "error",
  "default-param-last": "error",
  eqeqeq: "error",
  "max-len": ["error", { code: 120 }],
  "max-lines": ["error", 400],
  "no-else-return": "error",
  "no-eval": "error",
  "no-implied-eval": "error",
  "no-self-compare": "error",
  "no-shadow": "error",
  "no-throw-literal": "error",
  "no-use-before-define": ["error", { functions: false }],
  "no-useless-rename": "error",
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-arrow-callback": "error",
  "prefer-const": "error",
};

module.exports = [
  {
    files: ["assets/**/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules,
  },
  {
    files: ["eslint.config.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "commonjs", globals: globals.node },
    rules,
  },
];
