// Sends one call of every kind with @segment/analytics-node and prints what it sent and what failed, as JSON.
// Arguments: host, write key, user.
import { Analytics } from '@segment/analytics-node'

const [host, writeKey, userId] = process.argv.slice(2)
const analytics = new Analytics({ writeKey, host, flushAt: 10, flushInterval: 200, maxRetries: 5 })

const errors = []
analytics.on('error', (error) => errors.push({ code: error.code, status: error.ctx?.status ?? null }))

const sent = []
const told = (resolve) => (error, context) => {
  if (!error && context) sent.push({ type: context.event.type, messageId: context.event.messageId })
  resolve()
}
const call = (kind, message) => new Promise((resolve) => analytics[kind](message, told(resolve)))

await Promise.all([
  call('identify', { userId, traits: { email: `${userId}@example.com`, firstName: 'Ann' } }),
  call('track', { userId, event: 'Order Completed', properties: { revenue: 12.5 } }),
  call('page', { userId, name: 'Home', category: 'Docs', properties: { path: '/' } }),
  call('screen', { userId, name: 'Start' }),
  call('group', { userId, groupId: 'g1', traits: { plan: 'pro' } }),
  call('alias', { userId, previousId: `before-${userId}` }),
])
await analytics.closeAndFlush({ timeout: 15000 })
process.stdout.write(JSON.stringify({ sent, errors }))
