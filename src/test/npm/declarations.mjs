// Generates the types of the client from its modules, in one file: what the main module exports, and all that it mentions.
// node declarations.mjs <main module of the client> <file to write>
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import ts from "typescript";

const [, , main, target] = process.argv;
const program = ts.createProgram([main], {
  allowJs: true,
  checkJs: true,
  strict: true,
  declaration: true,
  emitDeclarationOnly: true,
  allowImportingTsExtensions: true,
  types: [],
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
});
/** Declarations of all modules by name; a name is used once. @type {Map<string, ts.Statement>} */
const declarations = new Map();
/** Names that the main module exports. @type {Set<string>} */
const exported = new Set();
program.emit(undefined, (file, text) => {
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true).statements) {
    const name = statement.name?.text;
    name && declarations.set(name, statement);
    if (basename(file) === basename(main).replace(".js", ".d.ts")) {
      name && exported.add(name);
      statement.exportClause?.elements.forEach((element) => exported.add(element.name.text));
    }
  }
});

const isPublic = (member) =>
  !ts.isPrivateIdentifier(member.name ?? member) &&
  !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === "internal");
const parts = (declaration) =>
  ts.isClassDeclaration(declaration)
    ? [
        ...(declaration.typeParameters ?? []),
        ...(declaration.heritageClauses ?? []),
        ...declaration.members.filter(isPublic),
      ]
    : [declaration];

const reached = new Set(exported);
for (const name of reached) {
  const visit = (node) => {
    const name = ts.isTypeReferenceNode(node) ? node.typeName.getText() : "";
    declarations.has(name) && reached.add(name);
    ts.forEachChild(node, visit);
  };
  parts(declarations.get(name)).forEach(visit);
}

/** The description alone: types are in the declaration itself, and would be there twice. */
function comment(node) {
  const doc = node.jsDoc?.at(-1);
  const described = (doc?.tags ?? []).filter(
    (tag) => tag.comment && (ts.isJSDocParameterTag(tag) || ts.isJSDocTemplateTag(tag)),
  );
  const name = (tag) => (ts.isJSDocTemplateTag(tag) ? tag.typeParameters[0].name.text : tag.name.text);
  const lines = [
    ...(ts.getTextOfJSDocComment(doc?.comment)?.split("\n") ?? []),
    ...described.map((tag) => `@${tag.tagName.text} ${name(tag)} ${ts.getTextOfJSDocComment(tag.comment)}`),
  ];
  return lines.length === 0
    ? ""
    : lines.length === 1
      ? `/** ${lines[0]} */\n`
      : `/**\n${lines.map((line) => ` * ${line}\n`).join("")} */\n`;
}

const signature = (member) =>
  ts.isGetAccessor(member) ? `readonly ${member.name.getText()}: ${member.type.getText()};` : member.getText();
const indented = (lines) => lines.replace(/^(?=.)/gm, "    ");

/** Whether the main module exports a function or a class whose objects others make. */
const isForOthers = (name) =>
  exported.has(name) &&
  (declarations.get(name).members ?? []).every((member) => !ts.isConstructorDeclaration(member) || isPublic(member));

/** A class that is not exported, or whose constructor is internal, is an interface: nobody else makes its objects. */
function classText(declaration) {
  const name = declaration.name.text;
  const parameters = declaration.typeParameters
    ? `<${declaration.typeParameters.map((each) => each.getText()).join(", ")}>`
    : "";
  const base = declaration.heritageClauses?.map((each) => ` ${each.getText()}`).join("") ?? "";
  const members = declaration.members
    .filter(isPublic)
    .map((member) => `${indented(comment(member))}    ${signature(member)}\n`)
    .join("");
  return `${comment(declaration)}export ${isForOthers(name) ? "class" : "interface"} ${name}${parameters}${base} {\n${members}}`;
}

const isType = ([, declaration]) => ts.isTypeAliasDeclaration(declaration) || ts.isInterfaceDeclaration(declaration);
const rank = (entry) => (isForOthers(entry[0]) ? 0 : isType(entry) ? 2 : 1);
const output = [...declarations]
  .filter(([name]) => reached.has(name))
  .sort((one, other) => rank(one) - rank(other))
  .map((entry) =>
    ts.isClassDeclaration(entry[1])
      ? classText(entry[1])
      : isType(entry)
        ? entry[1].getFullText().trim()
        : comment(entry[1]) + entry[1].getText(),
  )
  .map((each) => each.replace(/^( {4})+/gm, (spaces) => " ".repeat(spaces.length / 2)));
writeFileSync(
  target,
  `// Types of the client, generated from its modules by src/test/npm/declarations.mjs.\n\n${output.join("\n\n")}\n`,
);
