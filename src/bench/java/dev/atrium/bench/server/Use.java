package dev.atrium.bench.server;

/** What a workload asks of a server. */
public enum Use {
    /** Messages to rooms. */
    ROOMS,
    /** A frame comes back to whoever sent it. */
    ECHO,
    /** Joining a room by a command after connecting, or by connecting where there is no such command. */
    JOIN,
    /** Rooms that several replicas share over Redis. */
    REPLICAS,
    /** Members of a room, and sessions that are resumed by a token on another replica. */
    RESUME,
    /** Files over the session protocol. */
    FILES
}
