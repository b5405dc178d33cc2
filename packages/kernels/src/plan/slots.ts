import type { InputStep, PlanValue, Slot, ValueId, VariantStep } from './steps.ts';
import { valueMade, valuesRead } from './values-read.ts';

/** Steps and values before memory is given to them. */
export interface Unplaced {
  readonly values: readonly Omit<PlanValue, 'slot'>[];
  readonly given: readonly { readonly value: ValueId }[];
  readonly inputSteps: readonly InputStep[];
  readonly variantSteps: readonly VariantStep[];
  /** Values besides the activation that live to the end. */
  readonly kept?: readonly ValueId[];
}

interface OpenSlot {
  readonly perVariant: boolean;
  elements: number;
  free: boolean;
}

/**
 * Gives every value a slot; values whose lives do not overlap share one. A value begins when its step runs and ends with
 * the last step that reads it, so that a step never writes where it reads. Deltas have slots of their own: what chunks
 * of variants read of an input stays for all of them. The activation, the first value, lives to the end: norms and maps
 * are made of it.
 */
export function placeValues(unplaced: Unplaced): { values: PlanValue[]; slots: Slot[] } {
  const { values, given, inputSteps, variantSteps, kept = [] } = unplaced;
  const steps = [...inputSteps, ...variantSteps];
  const lastUse = new Array<number>(values.length).fill(-1);
  steps.forEach((step, at) => {
    for (const value of valuesRead(step)) lastUse[value] = at;
  });

  for (const value of kept) lastUse[value] = steps.length;
  if (given[0]) lastUse[given[0].value] = steps.length;

  const slots: OpenSlot[] = [];
  const slotOf = new Array<number>(values.length).fill(-1);
  const place = (value: ValueId): void => {
    const elements = values[value]?.elements ?? 0;
    const perVariant = values[value]?.stream === 'delta';
    const slot = freeSlot(slots, perVariant, elements);
    slot.elements = Math.max(slot.elements, elements);
    slot.free = false;
    slotOf[value] = slots.indexOf(slot);
  };
  const free = (value: ValueId, at: number): void => {
    const slot = slots[slotOf[value] ?? -1];
    if (slot && lastUse[value]! <= at) slot.free = true;
  };
  for (const { value } of given) place(value);
  steps.forEach((step, at) => {
    const made = valueMade(step);
    if (made !== null) place(made);
    for (const value of valuesRead(step)) free(value, at);
  });
  return {
    values: values.map((value, id) => ({ ...value, slot: slotOf[id]! })),
    slots: slots.map(({ perVariant, elements }) => ({ perVariant, elements })),
  };
}

/** The smallest free slot that is large enough, otherwise the largest one, which grows, otherwise a new one. */
function freeSlot(slots: OpenSlot[], perVariant: boolean, elements: number): OpenSlot {
  const candidates = slots
    .filter((slot) => slot.free && slot.perVariant === perVariant)
    .sort((a, b) => a.elements - b.elements);
  const found = candidates.find((slot) => slot.elements >= elements) ?? candidates.at(-1);
  if (found) return found;
  const slot = { perVariant, elements, free: false };
  slots.push(slot);
  return slot;
}
