/**
 * Rooms shared through Redis: one script per publication gives it its place and tells the subscribers, one subscription
 * per room that has members here, and a log per room from which a subscription that was cut catches up.
 *
 * <p>Everything runs on one event loop, so nothing here takes a lock.
 */
package dev.atrium.backplane.redis;
