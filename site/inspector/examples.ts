// Sample inputs for the inspector.

export interface Example {
  name: string;
  hex: string;
  deflate?: boolean;
}

export const EXAMPLES: readonly Example[] = [
  { name: 'A masked “Hello”', hex: '81 85 37 fa 21 3d 7f 9f 4d 51 58' },
  {
    name: 'Fragments with a ping in between',
    hex: '01 03 48 65 6c 89 05 48 65 6c 6c 6f 80 02 6c 6f',
  },
  {
    name: 'Korean, masked',
    hex: '81 8f a1 b2 c3 d4 4d 27 4b 3f 24 27 2e 41 39 5e 47 6c 4d 28 57',
  },
  { name: 'JSON', hex: '81 15 7b 22 74 79 70 65 22 3a 22 63 68 61 74 22 2c 22 6e 22 3a 31 7d' },
  {
    name: 'A compressed “Hello”, twice',
    hex: 'c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00',
    deflate: true,
  },
  {
    name: 'Close with a reason',
    hex: '88 13 03 e9 67 6f 69 6e 67 20 61 77 61 79 20 2d 20 62 79 65 21',
  },
  { name: 'A protocol violation', hex: '81 02 6f 6b 83 00' },
  { name: 'A truncated frame', hex: '82 7e 01 00 01 02 03 04 05' },
];
