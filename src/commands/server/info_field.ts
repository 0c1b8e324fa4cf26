/**
 * What the sections of INFO are made of.
 *
 * @module
 */

import type { Services } from "../services.ts";

/** A field and its value. */
export type Field = readonly [name: string, value: string | number];

/** Makes the fields of a section. */
export type Section = (parts: Services) => Field[];
