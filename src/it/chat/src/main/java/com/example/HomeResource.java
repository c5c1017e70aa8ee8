package com.example;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/** What the application has at {@code /} is its own, and so are its errors. */
@Path("/")
public class HomeResource {

    @GET
    public String home() {
        return "the application's own page";
    }

    @GET
    @Path("conflict")
    public String conflict() {
        throw new ClientErrorException("the application's own error", Response.Status.CONFLICT);
    }
}
