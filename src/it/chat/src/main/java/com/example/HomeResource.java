package com.example;

import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

/** Resource of the application at {@code /}, with the application's own errors. */
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
