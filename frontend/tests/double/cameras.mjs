/*
 * The cameras' side of the double: one in each state. Its stills are drawn (SVG),
 * where the server gives JPEG: a browser shows both alike.
 */

const ago = (world, minutes) => new Date(world.now - minutes * 60_000).toISOString();

export class CamerasDouble {
  /** @param {() => any} world */
  constructor(world) {
    this.world = world;
  }

  static owns(path) {
    return path === '/api/cameras' || path.startsWith('/api/cameras/');
  }

  /** @param {string} path @param {import('node:http').ServerResponse} res @param {string} mood @param {string} role */
  route(path, res, mood, role) {
    const seen = mood === 'empty' || !['wali_kota', 'sekda', 'operator'].includes(role) ? [] : this.#all();
    if (path === '/api/cameras') return [200, seen];
    const [, , , id, what] = path.split('/');
    const camera = seen.find((c) => c.id === Number(id));
    if (what !== 'still' || !camera?.has_picture)
      return [404, { title: 'not_found', status: 404, code: 'not_found', detail: 'there is no picture' }];
    res.writeHead(200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'private, no-store' });
    res.end(street(camera.id));
    return 'taken';
  }

  #all() {
    const w = this.world();
    const at = (n) => {
      const [lon, lat] = w.areas.filter((a) => a.level === 'kelurahan')[n].label;
      return { lon, lat };
    };
    const camera = (id, name, state, more) => ({
      id,
      source: 'cctv-contoh',
      name,
      state,
      has_picture: false,
      ...more,
    });
    const stream = (name) => ({ stream_url: `https://cctv.contoh.go.id/lihat/${name}` });
    const picture = (changed, taken) => ({
      has_picture: true,
      last_seen: ago(w, changed),
      taken_at: ago(w, taken),
    });
    return [
      camera(1, 'Jembatan contoh', 'hidup', { ...at(3), ...picture(2, 2), ...stream('jembatan') }),
      camera(2, 'Pasar contoh', 'macet', { ...at(9), ...picture(185, 3), ...stream('pasar') }),
      camera(3, 'Simpang contoh di ujung jalan yang bernama panjang', 'mati', {
        ...at(20),
        ...picture(26 * 60, 26 * 60),
        fault: 'Sumber tidak menjawab dalam batas waktu. Dicoba lagi otomatis.',
      }),
      camera(4, 'Terminal contoh', 'mati', {
        fault: 'Alamat data tidak ada lagi di sumber (kode 404). Periksa alamatnya.',
        ...stream('t'),
      }),
      camera(5, 'Dermaga contoh', 'tanpa_gambar', { ...at(40), ...stream('dermaga') }),
      camera(6, 'Taman contoh', 'belum', { ...at(30), simulated: true }),
    ];
  }
}

/** A street with its camera's number on it. @param {number} n */
function street(n) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480"><rect width="640" height="480" fill="#8fb3d9"/>
<path d="M0 260h640v220H0z" fill="#5c6b5a"/><path d="M270 200h100l160 280H110z" fill="#4a4a4e"/>
<path d="M316 230h8v40h-8zm-3 80h14v60h-14zm-4 100h22v70h-22z" fill="#f2e9c8"/>
<text x="24" y="52" font-size="36" font-family="sans-serif" fill="#fff">CAM ${n}</text></svg>`;
}
