// Reads PowerShell scripts with the grammar that editors highlight them with, and says of each where it is none.
const fs = require('node:fs');
const { Parser, Language } = require('web-tree-sitter');

(async () => {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(require.resolve('tree-sitter-powershell/tree-sitter-powershell.wasm')));
  for (const file of process.argv.slice(2)) {
    const root = parser.parse(fs.readFileSync(file, 'utf8')).rootNode;
    const wrong = [];
    const walk = (node) => {
      if (node.isError || node.isMissing) wrong.push(`line ${node.startPosition.row + 1}`);
      else node.children.forEach(walk);
    };
    walk(root);
    if (root.hasError && !wrong.length) wrong.push('somewhere');
    console.log(`${file}: ${root.descendantsOfType('command_name').length} commands, wrong at [${wrong}]`);
  }
})();
