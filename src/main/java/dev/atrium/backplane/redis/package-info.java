/**
 * Rooms shared through Redis: one script per publication assigns its stream position and publishes it to the subscribers; one
 * subscription per room that has members here; and one log per room, from which a subscription that was cut catches up.
 *
 * <p>
 * Everything runs on one event loop, so no locks are needed.
 */
package dev.atrium.backplane.redis;
