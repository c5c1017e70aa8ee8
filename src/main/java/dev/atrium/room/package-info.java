/**
 * The domain: rooms, their members, and the delivery of messages to them. Independent of Quarkus, Netty and Redis.
 *
 * <p>
 * The members of a room are kept per event loop and used by that loop alone, so delivery takes no lock and a message costs one
 * task per event loop, not one per member.
 */
package dev.atrium.room;
