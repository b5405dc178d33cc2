import type { Epilogue, Operand, PlanStep, ValueId } from './steps.ts';

/** The values a step reads. */
export function valuesRead(step: PlanStep): ValueId[] {
  switch (step.kind) {
    case 'switch-off':
      return [];
    case 'evaluate':
      return step.inputs.map(({ value }) => value);
    case 'contribute':
    case 'convolve':
      return [...operandValues(step.source), ...present(step.partial), ...epilogueValues(step.epilogue)];
    case 'propagate':
      return [...operandValues(step.source), ...epilogueValues(step.epilogue)];
    case 'combine':
      return [...step.operands.flatMap(operandValues), ...epilogueValues(step.epilogue)];
    case 'concatenate':
      return step.operands.flatMap(operandValues);
    case 'fallback':
      return step.frontier.flatMap(({ operand }) => operandValues(operand));
    case 'score':
      return [step.delta];
  }
}

/** The value a step makes, or null. */
export function valueMade(step: PlanStep): ValueId | null {
  return step.kind === 'score' ? null : step.output;
}

function operandValues(operand: Operand): ValueId[] {
  switch (operand.label) {
    case 'same':
      return present(operand.base);
    case 'one-channel':
      return [operand.base, operand.off];
    case 'all':
      return [operand.delta, ...present(operand.base)];
  }
}

function epilogueValues({ addend, base }: Epilogue): ValueId[] {
  return [...(addend ? operandValues(addend) : []), ...present(base)];
}

function present(value: ValueId | null): ValueId[] {
  return value === null ? [] : [value];
}
