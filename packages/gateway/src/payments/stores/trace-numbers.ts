/**
 * STANs and RRNs (ISO 8583 fields 11 and 37). A process reserves STANs of a terminal in blocks, so
 * that a terminal's messages do not queue for one counter row; what a crash leaves of a block is
 * skipped. The RRN is the customary YDDDHH of transmission plus the STAN.
 */
import type { NetworkReferences } from '../../networks/card-acquirer/contract.ts'
import type { Database } from '../../platform/database/index.ts'
import { reserveBlock } from './trace-numbers.store.ts'

const blockSize = 500
const stans = 1_000_000

export type TraceNumbers = {
  next(terminal: { acquirerId: string; tid: string }, at: Date): Promise<NetworkReferences>
}

export function createTraceNumbers(database: Database): TraceNumbers {
  type Block = { next: number; end: number }
  const blocks = new Map<string, Promise<Block>>()
  const reserve = async (acquirerId: string, tid: string): Promise<Block> => {
    const block = await reserveBlock(database, acquirerId, tid, stans / blockSize)
    return { next: block * blockSize, end: (block + 1) * blockSize }
  }
  return {
    next: async ({ acquirerId, tid }, at) => {
      const key = `${acquirerId}|${tid}`
      for (;;) {
        const pending = blocks.get(key) ?? reserve(acquirerId, tid)
        blocks.set(key, pending)
        try {
          const block = await pending
          if (block.next < block.end) return references(block.next++, at)
        } catch (error) {
          if (blocks.get(key) === pending) blocks.delete(key)
          throw error
        }
        // Used up; whoever finds it first reserves the next, the others wait for that one.
        if (blocks.get(key) === pending) blocks.delete(key)
      }
    },
  }
}

function references(number: number, at: Date): NetworkReferences {
  const stan = String(number).padStart(6, '0')
  const dayOfYear = Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 0)) / 86_400_000)
  const year = at.getUTCFullYear() % 10
  const hour = String(at.getUTCHours()).padStart(2, '0')
  return {
    stan,
    rrn: `${year}${String(dayOfYear).padStart(3, '0')}${hour}${stan}`,
    transmittedAt: at,
  }
}
