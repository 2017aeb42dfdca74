nice -n 3 node .explore.mjs "$@"
