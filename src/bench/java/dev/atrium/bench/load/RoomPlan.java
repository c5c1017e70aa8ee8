package dev.atrium.bench.load;

/** Assignment of clients to rooms: client i is in room i modulo the number of rooms, so client r is the first of room r. */
public record RoomPlan(int rooms, int members) {

    public int clients() {
        return rooms * members;
    }

    public int room(int client) {
        return client % rooms;
    }

    String name(int client) {
        return rooms == 1 ? "bench" : "r" + room(client);
    }
}
