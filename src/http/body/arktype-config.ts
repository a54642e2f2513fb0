import { configure } from "arktype/config";

// Types that are compiled take a third longer to start a server, and read a body no faster.
configure({ jitless: true });
