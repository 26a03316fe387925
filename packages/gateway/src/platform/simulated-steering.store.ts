/** What control calls ask of the next messages of merchants to a simulated network. */
import type { Database } from './database/index.ts'

export type Steering<Instruction> = {
  add(subMerchantId: string, instruction: Instruction): Promise<void>
  /** Takes the oldest instruction of a merchant; two messages at once take two, or one and none. */
  take(subMerchantId: string): Promise<Instruction | undefined>
  /** Which of these merchants have an instruction waiting. */
  waiting(subMerchantIds: readonly string[]): Promise<string[]>
}

/** The instructions of one network lie in a table of its own in the schema `sandbox`. */
export function steeringIn<Instruction extends object>(
  database: Database,
  tableOfNetwork: string,
): Steering<Instruction> {
  const table = database(`sandbox.${tableOfNetwork}`)
  return {
    add: async (subMerchantId, instruction) => {
      await database`
        insert into ${table} (sub_merchant_id, instruction)
        values (${subMerchantId}, ${database.json(instruction as Record<string, string>)})`
    },
    take: async (subMerchantId) => {
      const [row] = await database<{ instruction: Instruction }[]>`
        delete from ${table}
        where steering_number = (
          select steering_number from ${table}
          where sub_merchant_id = ${subMerchantId}
          order by steering_number
          limit 1
          for update skip locked
        )
        returning instruction`
      return row?.instruction
    },
    waiting: async (subMerchantIds) => {
      const rows = await database<{ subMerchantId: string }[]>`
        select distinct sub_merchant_id as "subMerchantId"
        from ${table}
        where sub_merchant_id = any(${subMerchantIds as string[]})`
      return rows.map((row) => row.subMerchantId)
    },
  }
}
