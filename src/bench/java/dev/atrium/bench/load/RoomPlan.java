package dev.atrium.bench.load;

import java.util.Arrays;
import java.util.stream.IntStream;

/** Assignment of clients to rooms: client r is the first of room r, and the others follow in rounds over the rooms. */
public final class RoomPlan {

    private final int[] sizes;
    private final int[] rooms;

    private RoomPlan(int[] sizes) {
        this.sizes = sizes;
        int largest = Arrays.stream(sizes).max().orElse(0);
        this.rooms = IntStream.range(0, largest)
                .flatMap(round -> IntStream.range(0, sizes.length).filter(room -> round < sizes[room])).toArray();
    }

    /** Rooms of one size. */
    public RoomPlan(int rooms, int members) {
        this(IntStream.range(0, rooms).map(room -> members).toArray());
    }

    /** Rooms whose sizes follow a power law, from the largest down to the smallest. */
    public static RoomPlan powerLaw(int largest, int smallest, double exponent) {
        return new RoomPlan(IntStream.iterate(1, rank -> rank + 1)
                .map(rank -> (int) Math.round(largest / Math.pow(rank, exponent)))
                .takeWhile(size -> size >= smallest).toArray());
    }

    /** Number of rooms. */
    public int rooms() {
        return sizes.length;
    }

    /** Number of members of a room. */
    public int members(int room) {
        return sizes[room];
    }

    public int clients() {
        return rooms.length;
    }

    public int room(int client) {
        return rooms[client];
    }

    String name(int client) {
        return sizes.length == 1 ? "bench" : "r" + room(client);
    }
}
