/**
 * How arrays travel, as texts, to and from PostgreSQL. The driver (postgres 3.4.9) would ask the server
 * for it at the start of every connection, and nobody waits for that query: where the connection breaks
 * under it, its rejection ends the process (issues 1192, 1205 and 1223 of porsager/postgres, and
 * decision 0009). The numbers of built-in types never change (pg_type.dat of PostgreSQL).
 */
import { parse } from 'postgres-array'

const TEXT_ARRAY = 1009
const INTEGER_ARRAY = 1007

/**
 * For the option `types` of the driver: all that the statements of the house use. The server refuses
 * an array of another type (22P02), as text that is no array.
 */
export const arrayTypes = {
  textArray: arrayType(TEXT_ARRAY, String),
  integerArray: arrayType(INTEGER_ARRAY, Number),
}

type Element = string | number | null

/** Of one dimension. */
function arrayType<T extends Element>(oid: number, toElement: (text: string) => T) {
  return {
    to: oid,
    from: [oid],
    serialize: writeArray,
    parse: (text: string): Element[] => parse(text, toElement),
  }
}

/** An array literal (PostgreSQL, section 8.15.2); what is in quotes is never taken for NULL. */
function writeArray(elements: readonly Element[]): string {
  return `{${elements.map(writeElement).join(',')}}`
}

function writeElement(element: Element): string {
  if (element === null) return 'NULL'
  if (typeof element === 'number') return String(element)
  return `"${element.replace(/["\\]/g, '\\$&')}"`
}
