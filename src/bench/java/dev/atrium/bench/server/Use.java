package dev.atrium.bench.server;

/** Feature of a server that a workload needs. */
public enum Use {
    /** Publishing messages to rooms. */
    ROOMS,
    /** Echoing a frame to its sender. */
    ECHO,
    /** Joining a room by a command after connecting, or by connecting where there is no such command. */
    JOIN,
    /** Rooms that several replicas share over Redis. */
    REPLICAS,
    /** Members of a room, and sessions that a token resumes on another replica. */
    RESUME,
    /** Telling members who joins and leaves their room. */
    PRESENCE,
    /** Reading the history of a room. */
    HISTORY,
    /** Uploading files over the session protocol. */
    FILES
}
