/** What tests asked of the next messages of merchants. */
import type { Database } from '../../../platform/database/index.ts'
import type { Instruction } from './behaviour.ts'

export async function addInstruction(
  database: Database,
  subMerchantId: string,
  instruction: Instruction,
): Promise<void> {
  await database`
    insert into sandbox.kki_steering (sub_merchant_id, instruction)
    values (${subMerchantId}, ${database.json(instruction as Record<string, string>)})`
}

/** Takes the oldest instruction of a merchant; two messages at once take two, or one and none. */
export async function takeInstruction(
  database: Database,
  subMerchantId: string,
): Promise<Instruction | undefined> {
  const [row] = await database<{ instruction: Instruction }[]>`
    delete from sandbox.kki_steering
    where steering_number = (
      select steering_number from sandbox.kki_steering
      where sub_merchant_id = ${subMerchantId}
      order by steering_number
      limit 1
      for update skip locked
    )
    returning instruction`
  return row?.instruction
}
