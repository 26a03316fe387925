/** What `POST /sandbox/acquirer/next` asked of the next messages of merchants. */
import type { Database } from '../../../platform/database/index.ts'
import type { Instruction } from './steering.ts'

export async function addInstruction(
  database: Database,
  subMerchantId: string,
  instruction: Instruction,
): Promise<void> {
  await database`
    insert into sandbox.acquirer_steering (sub_merchant_id, instruction)
    values (${subMerchantId}, ${database.json(instruction as Record<string, string>)})`
}

/** Takes the oldest instruction of a merchant; two messages at once take two, or one and none. */
export async function takeInstruction(
  database: Database,
  subMerchantId: string,
): Promise<Instruction | undefined> {
  const [row] = await database<{ instruction: Instruction }[]>`
    delete from sandbox.acquirer_steering
    where steering_number = (
      select steering_number from sandbox.acquirer_steering
      where sub_merchant_id = ${subMerchantId}
      order by steering_number
      limit 1
      for update skip locked
    )
    returning instruction`
  return row?.instruction
}

/** Which of these merchants have an instruction waiting. */
export async function findSteered(
  database: Database,
  subMerchantIds: readonly string[],
): Promise<string[]> {
  const rows = await database<{ subMerchantId: string }[]>`
    select distinct sub_merchant_id as "subMerchantId"
    from sandbox.acquirer_steering
    where sub_merchant_id = any(${subMerchantIds as string[]})`
  return rows.map((row) => row.subMerchantId)
}
