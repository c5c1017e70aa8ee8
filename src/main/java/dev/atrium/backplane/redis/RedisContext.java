package dev.atrium.backplane.redis;

import dev.atrium.room.Node;

/**
 * What the parts of this backplane share.
 *
 * @param loop event loop on which their state is used
 * @param limiter bounds the commands in flight of background work
 */
record RedisContext(RedisLoop loop, ConcurrencyLimiter limiter, RedisKeys keys, Node node, Lease lease, RedisMemory memory) {
}
