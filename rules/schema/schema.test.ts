import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { EDITOR_SCHEMAS, editorSchema } from '../../src/engine/rule/pack/pack-schema.js';

describe.each(Object.keys(EDITOR_SCHEMAS))('%s', (name) => {
  /** `npx vitest run rules/schema -u` writes the files again after a change of the format. */
  test('is what the program checks with', async () => {
    await expect(editorSchema(name)).toMatchFileSnapshot(`./${name}`);
  });

  test('is a valid JSON Schema', () => {
    expect(() => new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(editorSchema(name)))).not.toThrow();
  });
});
