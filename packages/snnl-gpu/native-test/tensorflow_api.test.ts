import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/**
 * First release of TensorFlow, of 2.3.1, 2.4.1, 2.7.0 and 2.10.1, whose C headers declare the function;
 * later ones declare it the same way. Read off the Java bindings that are generated from the headers.
 * tfjs-node 4.22 installs 2.9.1, on arm64 2.7.
 */
const SINCE = {
  '2.3': [
    ...['TF_Version', 'TF_GetAllOpList', 'TF_GetRegisteredKernelsForOp', 'TF_DeleteBuffer'],
    ...['TF_NewStatus', 'TF_DeleteStatus', 'TF_SetStatus', 'TF_GetCode', 'TF_Message'],
    ...['TF_TensorType', 'TF_NumDims', 'TF_Dim', 'TF_TensorData', 'TF_DeleteTensor'],
    ...['TF_NewOpDefinitionBuilder', 'TF_RegisterOpDefinition', 'TF_OpDefinitionBuilderAddAttr'],
    ...['TF_OpDefinitionBuilderAddInput', 'TF_OpDefinitionBuilderAddOutput'],
    'TF_OpDefinitionBuilderSetShapeInferenceFunction',
    ...['TF_NewShapeHandle', 'TF_DeleteShapeHandle'],
    ...['TF_ShapeInferenceContextGetInput', 'TF_ShapeInferenceContextSetOutput'],
    ...['TF_ShapeInferenceContextVectorFromSize', 'TF_ShapeInferenceContextWithRank'],
    ...['TF_ShapeInferenceContextSubshape', 'TF_ShapeInferenceContextConcatenateShapes'],
    'TF_ShapeInferenceContextSetUnknownShape',
    ...['TF_NewKernelBuilder', 'TF_RegisterKernelBuilder'],
    ...['TF_OpKernelConstruction_Failure', 'TF_OpKernelContext_Failure'],
    ...['TF_GetInput', 'TF_AllocateOutput'],
  ],
  '2.4': ['TF_AllocateTemp'],
  '2.7': ['TF_OpKernelConstruction_GetAttrInt64'],
};

test('every function of TensorFlow that the addon looks up is in the releases tfjs-node installs', () => {
  const header = readFileSync(new URL('../native/tensorflow_api.h', import.meta.url), 'utf8');
  const used = [...header.matchAll(/^ {2}X\([^,]+, (TF_\w+),/gm)].map(([, name]) => name);
  expect(used.length).toBeGreaterThan(30);
  expect(used.sort()).toEqual(Object.values(SINCE).flat().sort());
});
