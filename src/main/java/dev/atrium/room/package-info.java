/**
 * The domain: rooms, who is in them, and how a message is handed to them. It knows no Quarkus, no Netty and no Redis.
 *
 * <p>Members of a room are kept per event loop and touched by that loop alone, so delivery takes no lock and a message
 * costs one task per event loop, not one per member.
 */
package dev.atrium.room;
